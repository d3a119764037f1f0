namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>What a judge is asked.</summary>
/// <param name="Model">Which model.</param>
/// <param name="Messages">The conversation, rendered.</param>
/// <param name="Sampling">How it draws.</param>
/// <param name="AnswerSchema">JSON schema of the answer, as JSON.</param>
public sealed record JudgeRequest(string Model, IReadOnlyList<JudgeMessage> Messages, JudgeSampling Sampling, string AnswerSchema);
