//! What a call did to descriptors, and what it carried: on which descriptor, how many bytes, from where or to where.
//!
//! Every question here is answered from the call's [`Role`] and its arguments, for all calls alike.

use crate::event::{Address, Call, Value};
use crate::role::Role;

/// One message that a call carried: a datagram, or a piece of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Where it was sent to, or came from, where the call says so.
    pub address: Option<&'a Address>,
    /// How many bytes it had; `None` where that was not copied.
    pub length: Option<u64>,
}

impl Call {
    /// The descriptors that it has made: that of a socket or a connection, both ends of a pair, a copy.
    pub fn made(&self) -> Vec<i32> {
        match self.role {
            Role::Makes | Role::Accepts | Role::Copies => self
                .returned()
                .map(|made| made as i32)
                .into_iter()
                .collect(),
            Role::Pairs => match self.arg("sv") {
                Some(Value::List(pair)) => pair.iter().filter_map(descriptor_of).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Whether it ends this descriptor.
    pub fn closes(&self, descriptor: i32) -> bool {
        let bound = |name| match self.arg(name) {
            Some(Value::Int(bound)) => Some(*bound),
            _ => None,
        };
        match (self.role, bound("first"), bound("last")) {
            (Role::Closes, Some(first), Some(last)) => {
                // With this flag close_range only marks: they end at the next execve.
                !self.has_flag("CLOSE_RANGE_CLOEXEC") && (first..=last).contains(&descriptor.into())
            }
            (Role::Closes, ..) => self.descriptor() == Some(descriptor),
            _ => false,
        }
    }

    /// The descriptor that it sends on.
    pub fn sends_on(&self) -> Option<i32> {
        match self.role {
            Role::Sends => self.descriptor(),
            Role::Moves => self.one_of(["out_fd", "fd_out"]),
            _ => None,
        }
    }

    /// The descriptor that it receives from.
    pub fn receives_on(&self) -> Option<i32> {
        match self.role {
            Role::Receives => self.descriptor(),
            Role::Moves => self.one_of(["in_fd", "fd_in"]),
            _ => None,
        }
    }

    /// Whether what it has received is still there to be received.
    pub fn peeks(&self) -> bool {
        self.has_flag("MSG_PEEK")
    }

    /// The messages that it has carried; none where it has failed or carries none.
    ///
    /// sendmmsg and recvmmsg return how many there were; each has its own length, where it was copied.
    pub fn messages(&self) -> Vec<Message<'_>> {
        let carries = matches!(self.role, Role::Sends | Role::Receives | Role::Moves);
        let Some(returned) = self.returned().filter(|_| carries) else {
            return Vec::new();
        };
        let Some(messages) = self.arg("msgvec") else {
            return vec![Message {
                address: self.addresses().into_iter().flatten().next(),
                length: Some(returned as u64),
            }];
        };
        let copied: &[Value] = match messages {
            Value::List(messages) => messages,
            _ => &[],
        };
        let message = |index| {
            let message = copied.get(index);
            Message {
                address: message.and_then(address_of_message),
                length: match message.and_then(|message| field(message, "msg_len")) {
                    Some(Value::Int(length)) => Some(*length as u64),
                    _ => None,
                },
            }
        };
        (0..returned as usize).map(message).collect()
    }

    /// How many bytes it has carried, all its messages together; `None` where that was not copied.
    pub fn carried(&self) -> Option<u64> {
        let messages = self.messages();
        messages.iter().map(|message| message.length).sum()
    }

    /// The addresses that it connects or sends to, whatever came of it.
    pub fn destinations(&self) -> Vec<&Address> {
        match self.role {
            Role::Connects | Role::Sends => self.addresses().into_iter().flatten().collect(),
            _ => Vec::new(),
        }
    }

    /// The socket's own address, where the call gives it one or has asked for it.
    pub fn own_address(&self) -> Option<&Address> {
        match self.role {
            Role::Names | Role::AsksName => self
                .returned()
                .and(self.addresses().into_iter().flatten().next()),
            _ => None,
        }
    }

    /// The address in its arguments; of a call with several messages, that of each.
    fn addresses(&self) -> Vec<Option<&Address>> {
        if let Some(Value::List(messages)) = self.arg("msgvec") {
            return messages.iter().map(address_of_message).collect();
        }
        let message = self.arg("msg").and_then(|header| field(header, "msg_name"));
        let names = ["addr", "dest_addr", "src_addr"];
        let named = names.into_iter().find_map(|name| self.arg(name));
        vec![message.or(named).and_then(address_of)]
    }

    /// The descriptor in the argument that has one of these names.
    fn one_of(&self, names: [&str; 2]) -> Option<i32> {
        let found = names.into_iter().find_map(|name| self.arg(name));
        found.and_then(descriptor_of)
    }

    fn has_flag(&self, flag: &str) -> bool {
        matches!(self.arg("flags"), Some(Value::Flags { names, .. }) if names.iter().any(|name| name == flag))
    }
}

fn descriptor_of(value: &Value) -> Option<i32> {
    match value {
        Value::Fd(descriptor) => Some(*descriptor),
        _ => None,
    }
}

fn address_of(value: &Value) -> Option<&Address> {
    match value {
        Value::Address(address) => Some(address),
        _ => None,
    }
}

/// The address in a `struct mmsghdr`.
fn address_of_message(message: &Value) -> Option<&Address> {
    address_of(field(field(message, "msg_hdr")?, "msg_name")?)
}

fn field<'a>(structure: &'a Value, name: &str) -> Option<&'a Value> {
    match structure {
        Value::Struct(fields) => {
            (fields.iter().find(|field| field.0 == name)).map(|field| &field.1)
        }
        _ => None,
    }
}
