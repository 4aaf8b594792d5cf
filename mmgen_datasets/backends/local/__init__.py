"""What backends share whose model runs in this process: a thread, and how a reply grows."""
