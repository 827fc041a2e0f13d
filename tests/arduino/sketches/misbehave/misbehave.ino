// Goes wrong in the way that it is asked for.
volatile uint32_t sink;

uint32_t __attribute__((noinline)) recurse(uint32_t depth) {
    volatile uint32_t frame[64];
    frame[depth % 64] = depth;
    return depth < 1000000 ? recurse(depth + 1) + frame[depth % 32] : 0;
}

void setup() {
    Serial.begin(115200);
    Serial.println("ready");
}

void loop() {
    switch (Serial.available() ? Serial.read() : -1) {
    case 'o':
        sink = recurse(0);
        break;
    case 'a':
        sink = *(volatile uint32_t *)0x30000000;
        break;
    case 'u':
        __asm__ volatile("udf #0");
        break;
    case 'i':
        Serial.println("before");
        NVIC_EnableIRQ((IRQn_Type)20);
        *(volatile uint32_t *)0xE000E200 = 1u << 20;
        break;
    case 'd': {
        volatile uint8_t deep[1000];
        for (volatile uint8_t &byte : deep) {
            byte = 1;
        }
        Serial.println(w2n_stack_used());
        break;
    }
    }
    delay(1);
}
