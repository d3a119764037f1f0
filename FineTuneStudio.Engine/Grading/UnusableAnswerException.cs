namespace FineTuneStudio.Engine.Grading;

/// <summary>The answer itself is not what the grader reads (no JSON, say): the model's fault, so a score of 0 and no error.</summary>
internal sealed class UnusableAnswerException(string reason) : Exception(reason);
