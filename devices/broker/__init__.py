"""The broker's side of dispatch: a client's link, the one door to paho, the embedded broker, and Mosquitto's files."""
