"""The networks of package applications that keras.applications lacks, built from Keras' layers."""

import keras
from keras import layers


def finished(inputs, x, name, include_top, pooling, classes, activation):
    """Ends a network as keras.applications ends its residual ones."""
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation=activation, name="predictions")(x)
    elif pooling == "avg":
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return keras.Model(inputs, x, name=name)


def squeezenet(name, filters, size, pools, border):
    def build(include_top=True, weights=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax"):
        inputs = layers.Input(input_shape or ((227, 227, 3) if include_top else (None, None, 3)))
        x = layers.Conv2D(filters, size, strides=2, activation="relu", name="conv1")(inputs)
        x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
        for block in range(2, 10):
            squeeze, fire = 16 * (block // 2), f"fire{block}"
            x = layers.Conv2D(squeeze, 1, activation="relu", name=f"{fire}_conv1x1_1")(x)
            small = layers.Conv2D(4 * squeeze, 1, activation="relu", name=f"{fire}_conv1x1_2")(x)
            large = layers.Conv2D(4 * squeeze, 3, activation="relu", padding="same", name=f"{fire}_conv3x3_2")(x)
            x = layers.Concatenate(name=f"{fire}_concat")([small, large])
            if block in pools:
                x = layers.MaxPooling2D(3, strides=2, name=f"pool{block}")(x)
        if include_top:
            x = layers.Dropout(0.5, name="drop9")(x)
            if border:
                x = layers.ZeroPadding2D(1, name="pad_final")(x)
            x = layers.Conv2D(classes, 1, activation="relu", name="conv_final")(x)
            x = layers.GlobalAveragePooling2D(name="pool_final")(x)
            x = layers.Activation(classifier_activation or "linear", name="prob")(x)
        elif pooling == "avg":
            x = layers.GlobalAveragePooling2D()(x)
        return keras.Model(inputs, x, name=name)

    return build


def cifar_resnet(name, count):
    def build(include_top=True, weights=None, input_shape=None, pooling=None, classes=10, classifier_activation="softmax"):
        inputs = layers.Input(input_shape or ((32, 32, 3) if include_top else (None, None, 3)))
        x = layers.Conv2D(16, 3, padding="same", name="conv1_conv")(inputs)
        x = layers.BatchNormalization(name="conv1_bn")(x)
        x = layers.Activation("relu", name="conv1_relu")(x)
        for stage in range(3):
            for block in range(count):
                prefix, filters, halve = f"conv{stage + 2}_block{block + 1}", 16 << stage, stage > 0 and block == 0
                y = layers.Conv2D(filters, 3, strides=2 if halve else 1, padding="same", name=f"{prefix}_1_conv")(x)
                y = layers.BatchNormalization(name=f"{prefix}_1_bn")(y)
                y = layers.Activation("relu", name=f"{prefix}_1_relu")(y)
                y = layers.Conv2D(filters, 3, padding="same", name=f"{prefix}_2_conv")(y)
                y = layers.BatchNormalization(name=f"{prefix}_2_bn")(y)
                if halve:
                    x = layers.Conv2D(filters, 1, strides=2, padding="same", name=f"{prefix}_0_conv")(x)
                x = layers.Add(name=f"{prefix}_add")([x, y])
                x = layers.Activation("relu", name=f"{prefix}_out")(x)
        return finished(inputs, x, name, include_top, pooling, classes, classifier_activation)

    return build


OWN = {
    "SqueezeNet": squeezenet("squeezenet", 96, 7, (4, 8), True),
    "SqueezeNet1_1": squeezenet("squeezenet1_1", 64, 3, (3, 5), False),
    "ResNet20": cifar_resnet("resnet20", 3),
    "ResNet56": cifar_resnet("resnet56", 9),
}
