// What the board's clock says, for a test that has another clock: pin D2 changes before and after
// each wait. The last waits take the microsecond counter past its 32 bits.
const int PIN = 2;
int level = LOW;

void mark() {
    level = !level;
    digitalWrite(PIN, level);
}

void setup() {
    pinMode(PIN, OUTPUT);
    Serial.begin(115200);
    const unsigned long waits_ms[] = {1, 10, 250};
    for (unsigned long wait : waits_ms) {
        unsigned long before = micros();
        mark();
        delay(wait);
        mark();
        Serial.println(micros() - before);
        Serial.flush();
    }
    const unsigned int waits_us[] = {1, 50, 5000};
    for (unsigned int wait : waits_us) {
        mark();
        delayMicroseconds(wait);
        mark();
    }
    noInterrupts();
    mark();
    delay(3); // awake, as no interrupt could end the sleep
    mark();
    interrupts();

    // More than the buffer holds, in one go.
    for (int i = 0; i < 100; i++) {
        Serial.print("0123456789abcdef");
    }
    Serial.println();
    Serial.println(-1234567890L);
    Serial.println(4294967295UL);
    Serial.println(0xBEEFu, HEX);
    Serial.println(-1, HEX);
    Serial.println(10, BIN);
    Serial.println(3.14159, 4);
    Serial.println(-0.006f);
    Serial.println(2.999f);
    Serial.println(1e12f);
    Serial.println(NAN);
    Serial.println((char)'c');
    Serial.println((uint8_t)200);

    Serial.println(millis());
    delay(4294000);
    Serial.println(millis());
    delay(2000); // micros() starts over in here
    Serial.println(millis());
    Serial.println(micros());
    Serial.end();
    Serial.begin(9600);
    Serial.println("done");
}

void loop() {
    yield();
}
