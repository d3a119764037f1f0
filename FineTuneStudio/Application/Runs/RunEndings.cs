namespace FineTuneStudio.Application.Runs;

/// <summary>Tells every page that is open of each run that ends.</summary>
public sealed class RunEndings
{
    /// <summary>Raised on the worker's thread; a handler hands over and returns.</summary>
    public event Action<RunEnding>? Ended;

    internal void Tell(RunEnding ending) => Ended?.Invoke(ending);
}
