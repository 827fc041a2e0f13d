/* What the parts of this core provide to one another; not for sketches. */
#ifndef W2N_CORE_H
#define W2N_CORE_H

#ifdef __cplusplus
extern "C" {
#endif

void w2n_init_time(void);
void w2n_init_variant(void);

/* Sleep until an interrupt has been handled. Returns at once where none can come, and where one
   came since the last call: check the condition, then sleep, in a loop. */
void w2n_sleep(void);

/* Send text with the serial port as it is, without interrupts; for the last words of a fault. */
void w2n_emergency_print(const char *text);

int main(void);

#ifdef __cplusplus
}
#endif

#endif
