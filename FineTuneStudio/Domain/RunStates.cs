namespace FineTuneStudio.Domain;

/// <summary>What states mean together.</summary>
public static class RunStates
{
    /// <summary>Whether a run in this state still can change.</summary>
    public static bool IsActive(this RunState state) => state is RunState.Queued or RunState.Running or RunState.Paused;
}
