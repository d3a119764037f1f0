namespace FineTuneStudio.Engine.Training;

/// <summary>How a training step ended; in all cases but the first the weights are those of before.</summary>
internal enum StepEnd
{
    /// <summary>The weights moved.</summary>
    Updated,

    /// <summary>fp16 gradients overflowed; the step is left out and the loss scale lowered.</summary>
    LeftOut,

    /// <summary>The loss is no finite number.</summary>
    LossNotFinite,

    /// <summary>The gradient norm is no finite number.</summary>
    GradientNotFinite,
}
