using System.Collections.Concurrent;

namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>Warm workers of one source: as many as are asked side by side, up to a number, kept for the next.</summary>
internal sealed class PythonWorkers(string source, SandboxLimits limits, int most, WorkerRole role) : IDisposable
{
    private readonly ConcurrentBag<PythonWorker> _idle = [];
    private readonly SemaphoreSlim _places = new(most, most);

    /// <summary>Asks a worker, which is nobody else's for that time.</summary>
    /// <exception cref="GradeException">The source does not load, raised or broke a limit.</exception>
    public T Use<T>(Func<PythonWorker, T> ask, CancellationToken cancellationToken)
    {
        _places.Wait(cancellationToken);
        try
        {
            var worker = _idle.TryTake(out var idle) ? idle : new PythonWorker(source, limits, role);
            try
            {
                return ask(worker);
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

    /// <summary>Ends all workers. None may be asked at the time.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var worker))
        {
            worker.Dispose();
        }

        _places.Dispose();
    }
}
