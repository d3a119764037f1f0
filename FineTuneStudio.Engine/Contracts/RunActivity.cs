namespace FineTuneStudio.Engine.Contracts;

/// <summary>What a run is busy with, and what of it is counted.</summary>
public enum RunActivity
{
    /// <summary>The dataset is read and rendered; rows, where their number is known.</summary>
    RenderingRows,

    /// <summary>The base model is loaded; bytes of its weights.</summary>
    LoadingModel,

    /// <summary>Held-out rows are scored; rows. By reinforcement their prompts are answered and graded; answers.</summary>
    ScoringHeldOut,

    /// <summary>Held-out prompts are answered for a person to read; prompts.</summary>
    AnsweringSamples,

    /// <summary>Answers are drawn to learn from; answers.</summary>
    DrawingAnswers,

    /// <summary>Weights are updated; micro-batches are not counted.</summary>
    Learning,
}
