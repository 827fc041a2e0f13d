// The board's microphone, with the interface of Arduino's own PDM library.
//
// Samples come in blocks. When a block is complete, the function given to onReceive() is called
// from the interrupt; it, or the sketch, has until the next block is complete to read() it.
// Arduino's library stops when a block was not read in time; this one goes on and counts
// what was lost: see overruns().
#ifndef PDM_H
#define PDM_H

#include <Arduino.h>

// Arduino's library has no overruns(): a sketch for both asks for this.
#define PDM_HAS_OVERRUNS 1

// Largest block, in bytes.
#define PDM_MAX_BUFFER_SIZE 2048

class PDMClass {
  public:
    // Starts recording. One channel (left) or two, at 16000 samples a second; 0 if these are asked
    // for otherwise, 1 if it records.
    //
    // The microphone is switched on here, and takes some tens of milliseconds to settle: discard
    // what comes in that time.
    int begin(int channels, int sampleRate);
    void end();

    // Bytes of the last block that have not been read yet.
    int available();
    // Reads at most `size` bytes of int16_t samples, left and right in turn if there are two
    // channels; returns how many.
    int read(void *buffer, size_t size);

    void onReceive(void (*function)());

    // In half decibels from -20 dB: 0 to 80, of which 40 is 0 dB. 20 unless set, as in Arduino's.
    void setGain(int gain);

    // Bytes of a block, 512 unless set; a multiple of 4 up to PDM_MAX_BUFFER_SIZE, others are
    // rounded down. Before begin().
    void setBufferSize(int size);
    size_t getBufferSize();

    // Samples lost since begin(): because they had not been read when the next block was
    // complete, or because interrupts were off for longer than a block.
    unsigned long overruns();

    // Called from the interrupt.
    void handleStarted();
};

extern PDMClass PDM;

#endif
