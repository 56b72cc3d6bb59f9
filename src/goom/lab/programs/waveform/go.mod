module waveform

go 1.21
