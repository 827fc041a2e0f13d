// The smallest proof that board, build and serial line work: blinks the LED, says so, and sends
// back what it is sent.
//
// Listen at 115200 baud on pin TX (with Arduino's own core: on the USB port).

const unsigned long HALF_PERIOD_MS = 500;

unsigned long next_change_ms;
bool lit = false;

void setup() {
    pinMode(LED_BUILTIN, OUTPUT);
    digitalWrite(LED_BUILTIN, LOW);
    Serial.begin(115200);
    Serial.println("blink_talk: hello");
    next_change_ms = millis() + HALF_PERIOD_MS;
}

void loop() {
    // From a schedule, not from delay(500) after delay(500), which would drift.
    if ((long)(millis() - next_change_ms) >= 0) {
        lit = !lit;
        digitalWrite(LED_BUILTIN, lit ? HIGH : LOW);
        Serial.print(next_change_ms);
        Serial.println(lit ? " ms: on" : " ms: off");
        next_change_ms += HALF_PERIOD_MS;
    }
    while (Serial.available() > 0) {
        Serial.write((uint8_t)Serial.read());
    }
    delay(1);
}
