"""The work: whoever holds a mailbox handles its updates, writes to hh.ru, polls and delivers."""
