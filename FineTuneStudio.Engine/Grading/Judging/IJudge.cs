namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>A model that grades: a local one, or any endpoint that speaks OpenAI's API. Thread-safe.</summary>
public interface IJudge
{
    /// <summary>Asks once, and waits for the answer.</summary>
    /// <exception cref="JudgeException">There is no answer; it says whether asking again may help.</exception>
    JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken);
}
