using System.Collections.Concurrent;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>Warm workers of one grader: as many as answers are graded side by side, up to a number, kept for the next.</summary>
internal sealed class PythonWorkers(string source, SandboxLimits limits, int most) : IDisposable
{
    private readonly ConcurrentBag<PythonWorker> _idle = [];
    private readonly SemaphoreSlim _places = new(most, most);

    /// <summary>The score of one answer, by a worker of its own for that time.</summary>
    /// <exception cref="GradeException">The grader raised, returned no number or broke a limit.</exception>
    public double Score(GradedSample sample, CancellationToken cancellationToken)
    {
        _places.Wait(cancellationToken);
        try
        {
            var worker = _idle.TryTake(out var idle) ? idle : new PythonWorker(source, limits);
            try
            {
                return worker.Score(sample, cancellationToken);
            }
            finally
            {
                if (worker.IsUsable)
                {
                    _idle.Add(worker);
                }
                else
                {
                    worker.Dispose();
                }
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Ends all workers. Nothing may be graded at the time.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var worker))
        {
            worker.Dispose();
        }

        _places.Dispose();
    }
}
