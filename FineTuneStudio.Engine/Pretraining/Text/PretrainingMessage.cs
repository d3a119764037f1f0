namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>One turn of a generated conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
internal sealed record PretrainingMessage(string Role, string Content);
