using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models;

/// <summary>What times a model; tests put something quicker in its place.</summary>
internal interface ISpeedEngine
{
    /// <summary>Measures on the calling thread, a few seconds.</summary>
    /// <param name="folder">Of the model.</param>
    /// <param name="threads">Threads; <see langword="null"/> takes every processor.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    ModelSpeed Measure(string folder, int? threads, CancellationToken cancellationToken);
}
