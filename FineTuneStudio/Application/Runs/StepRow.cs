namespace FineTuneStudio.Application.Runs;

/// <summary>A row behind a step.</summary>
/// <param name="Line">Where it begins in the dataset's file, from 1; 0 where the dataset was deleted.</param>
/// <param name="Loss">Before the step changed any weight, in nats per token.</param>
/// <param name="Prompt">The last thing said to the model, or empty.</param>
/// <param name="Answer">What it was to learn, or empty.</param>
public sealed record StepRow(long Line, float Loss, string Prompt, string Answer);
