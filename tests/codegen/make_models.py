"""Make the int8 models that the tests of the code generator run: python make_models.py [name ...].

The weights are random, but wide: gates and activations saturate in places, as in trained models.
The files are committed, since importing TensorFlow takes longer than all of the tests.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

MODELS = Path(__file__).resolve().parent / "models"


def lstm_last(keras):
    """One LSTM whose sizes are no multiples of anything, last step only."""
    return [
        keras.Input(batch_shape=(1, 11, 7)),
        keras.layers.LSTM(13),
        keras.layers.Dense(5, activation="softmax"),
    ]


def lstm_mfcc(keras):
    """13 MFCC, as in the keyword experiment."""
    return [
        keras.Input(batch_shape=(1, 32, 13)),
        keras.layers.LSTM(32),
        keras.layers.Dense(7, activation="softmax"),
    ]


def lstm_sequences(keras):
    """An LSTM that returns all steps, flattened."""
    return [
        keras.Input(batch_shape=(1, 6, 5)),
        keras.layers.LSTM(6, return_sequences=True),
        keras.layers.Flatten(),
        keras.layers.Dense(3, activation="softmax"),
    ]


def lstm_stacked(keras):
    """Two LSTMs and two dense layers."""
    return [
        keras.Input(batch_shape=(1, 9, 8)),
        keras.layers.LSTM(12, return_sequences=True),
        keras.layers.LSTM(10),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(6, activation="softmax"),
    ]


def bilstm_stacked(keras):
    """Two bidirectional LSTMs, the first of which returns all steps."""
    return [
        keras.Input(batch_shape=(1, 8, 6)),
        keras.layers.Bidirectional(keras.layers.LSTM(7, return_sequences=True)),
        keras.layers.Bidirectional(keras.layers.LSTM(6)),
        keras.layers.Dense(4, activation="softmax"),
    ]


def dense(keras):
    """The dense baseline."""
    return [
        keras.Input(batch_shape=(1, 10, 6)),
        keras.layers.Flatten(),
        keras.layers.Dense(17, activation="relu"),
        keras.layers.Dense(9, activation="relu6"),
        keras.layers.Dense(5, activation="softmax"),
    ]


def dense_linear(keras):
    """One dense layer without an activation: scores, not probabilities."""
    return [keras.Input(batch_shape=(1, 24)), keras.layers.Dense(3)]


def conv2d(keras):
    """Strided, padded and dilated convolutions, both kinds of pooling."""
    return [
        keras.Input(batch_shape=(1, 16, 10, 1)),
        keras.layers.Conv2D(6, (5, 3), strides=(2, 1), padding="same", activation="relu"),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Conv2D(7, 3, activation="relu6"),
        keras.layers.AveragePooling2D((2, 2), padding="same"),
        keras.layers.Flatten(),
        keras.layers.Dense(4, activation="softmax"),
    ]


def conv1d(keras):
    """A 1-D network on a raw waveform."""
    return [
        keras.Input(batch_shape=(1, 80, 1)),
        keras.layers.Conv1D(8, 13, activation="relu"),
        keras.layers.MaxPooling1D(3),
        keras.layers.Conv1D(5, 4, padding="same", activation="relu"),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(3, activation="softmax"),
    ]


def ds_cnn(keras):
    """Depthwise-separable convolutions, as in the MLPerf Tiny keyword model, much narrower."""
    layers = [
        keras.Input(batch_shape=(1, 25, 10, 1)),
        keras.layers.Conv2D(8, (10, 4), strides=(2, 2), padding="same", activation="relu"),
    ]
    for _ in range(2):
        layers += [
            keras.layers.DepthwiseConv2D(3, padding="same", activation="relu"),
            keras.layers.Conv2D(8, 1, activation="relu"),
        ]
    layers += [
        keras.layers.AveragePooling2D((13, 5)),
        keras.layers.Flatten(),
        keras.layers.Dense(12, activation="softmax"),
    ]
    return layers


def residual(keras):
    """A shortcut around a convolution."""
    x = inputs = keras.Input(batch_shape=(1, 12, 9, 2))
    x = shortcut = keras.layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(6, 3, padding="same")(x)
    x = keras.layers.ReLU()(keras.layers.Add()([x, shortcut]))
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(4, activation="softmax")(x)
    return keras.Model(inputs, x)


def conv_lstm(keras):
    """A convolution over time before an LSTM."""
    return [
        keras.Input(batch_shape=(1, 20, 6)),
        keras.layers.Conv1D(8, 3, strides=2, activation="relu"),
        keras.layers.LSTM(9),
        keras.layers.Dense(4, activation="softmax"),
    ]


def stream(keras):
    """Residual blocks without padding: what a stream needs of them is their newest columns."""
    x = inputs = keras.Input(batch_shape=(1, 41, 5))
    x = keras.layers.Cropping1D((1, 0))(x)
    x = keras.layers.Conv1D(6, 4, strides=2, activation="relu")(x)
    for filters, kernel in ((6, 3), (8, 2)):
        shortcut = keras.layers.Cropping1D(kernel - 1)(x)
        shortcut = keras.layers.Conv1D(filters, 1, activation="relu")(shortcut)
        x = keras.layers.Conv1D(filters, kernel, activation="relu")(x)
        x = keras.layers.Conv1D(filters, kernel)(x)
        x = keras.layers.ReLU()(keras.layers.Add()([x, shortcut]))
    x = keras.layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(x))


def stream_columns(keras):
    """Convolutions whose columns are the answer."""
    return [
        keras.Input(batch_shape=(1, 12, 4)),
        keras.layers.Conv1D(5, 3, activation="relu"),
        keras.layers.Conv1D(3, 2),
        keras.layers.Flatten(),
    ]


def stream_2d(keras):
    """Convolutions over time and frequency without padding, depthwise and dilated ones, pools."""
    return [
        keras.Input(batch_shape=(1, 30, 9, 1)),
        keras.layers.Conv2D(6, (4, 3), strides=(2, 1), activation="relu"),
        keras.layers.DepthwiseConv2D(3, activation="relu"),
        keras.layers.Conv2D(7, 1, activation="relu6"),
        keras.layers.Conv2D(5, (3, 2), dilation_rate=(2, 1), activation="sigmoid"),
        keras.layers.MaxPooling2D((2, 2), strides=(1, 2)),
        keras.layers.AveragePooling2D((2, 2), strides=(1, 1)),
        keras.layers.Flatten(),
        keras.layers.Dense(4, activation="softmax"),
    ]


def gru_unrolled(keras):
    """Two GRUs whose steps are unrolled, the first of which returns all of them."""
    return [
        keras.Input(batch_shape=(1, 4, 5)),
        keras.layers.GRU(5, return_sequences=True, unroll=True),
        keras.layers.GRU(4, unroll=True),
        keras.layers.Dense(3, activation="softmax"),
    ]


def rnn_unrolled(keras):
    """Two fully recurrent layers whose steps are unrolled."""
    return [
        keras.Input(batch_shape=(1, 5, 6)),
        keras.layers.SimpleRNN(7, activation="relu", return_sequences=True, unroll=True),
        keras.layers.SimpleRNN(5, unroll=True),
        keras.layers.Dense(4, activation="softmax"),
    ]


BUILDERS: tuple[Callable, ...] = (
    lstm_last,
    lstm_mfcc,
    lstm_sequences,
    lstm_stacked,
    bilstm_stacked,
    dense,
    dense_linear,
    conv2d,
    conv1d,
    ds_cnn,
    residual,
    conv_lstm,
    stream,
    stream_columns,
    stream_2d,
    gru_unrolled,
    rnn_unrolled,
)


# The weights' standard deviation times the square root of the number of inputs. The 1-D networks
# would know only one answer if they were as wide as the others.
GAIN = {"conv1d": 1.0, "stream": 1.3}


def convert(build: Callable, *, int8: bool = True) -> bytes:
    """Build a model with random weights and convert it, fully quantised to int8 or float."""
    import tensorflow as tf
    import tf_keras

    model = build(tf_keras)
    if isinstance(model, list):
        model = tf_keras.Sequential(model)
    gain = GAIN.get(build.__name__, 2.5)
    rng = np.random.default_rng(zlib.crc32(build.__name__.encode()))
    model.set_weights(
        [
            rng.normal(0, gain / np.sqrt(np.prod(w.shape[:-1])) if w.ndim > 1 else 0.3, w.shape)
            for w in model.get_weights()
        ]
    )
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if int8:

        def windows() -> Iterator[list[np.ndarray]]:
            for _ in range(40):
                yield [rng.normal(0, 1, model.input_shape).astype(np.float32)]

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = windows
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return converter.convert()


def main(names: list[str]) -> None:
    """Write the models called `names`, or all."""
    MODELS.mkdir(exist_ok=True)
    for build in BUILDERS:
        if not names or build.__name__ in names:
            (MODELS / f"{build.__name__}.tflite").write_bytes(convert(build))
    if not names or "float" in names:
        (MODELS / "float.tflite").write_bytes(convert(dense_linear, int8=False))


if __name__ == "__main__":
    main(sys.argv[1:])
