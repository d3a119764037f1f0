namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>One message to a judge.</summary>
/// <param name="Role">user, assistant, system or developer.</param>
/// <param name="Content">Its text.</param>
public sealed record JudgeMessage(string Role, string Content);
