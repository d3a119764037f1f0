using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training.Reinforcement;

namespace FineTuneStudio.Application.Runs;

/// <summary>The answers that reinforcement runs drew and learnt from, step by step; also while a run goes on.</summary>
public sealed class RunRollouts
{
    // Of each file the places of its batches are kept.
    private const int MostOpen = 16;

    private readonly StudioPaths _paths;
    private readonly Lock _gate = new();
    private readonly LinkedList<(Guid Run, RolloutFile File)> _files = [];

    internal RunRollouts(StudioPaths paths) => _paths = paths;

    /// <summary>The steps that learnt from a new batch of answers, in order.</summary>
    public Task<Result<IReadOnlyList<int>>> StepsAsync(Guid run, CancellationToken cancellationToken) => ReadAsync(() => Open(run).Steps(), cancellationToken);

    /// <summary>The groups of a step's batch; none where the step had no batch of its own.</summary>
    public Task<Result<IReadOnlyList<RolloutGroup>>> ReadAsync(Guid run, int step, CancellationToken cancellationToken) => ReadAsync(() => Open(run).Read(step), cancellationToken);

    /// <summary>One prompt through the run, the newest batch first.</summary>
    /// <param name="run">The run.</param>
    /// <param name="row">The prompt's row among the file's good rows.</param>
    /// <param name="cancellationToken">Ends the search between batches.</param>
    public async IAsyncEnumerable<RolloutGroup> FollowAsync(Guid run, int row, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = Open(run);
        foreach (var step in (await Task.Run(file.Steps, cancellationToken)).Reverse())
        {
            foreach (var group in (await Task.Run(() => file.Read(step), cancellationToken)).Where(group => group.Row == row))
            {
                yield return group;
            }
        }
    }

    private static async Task<Result<T>> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        try
        {
            return new Result<T>.Success(await Task.Run(read, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return new Result<T>.Refused([new("rollouts.jsonl", $"The answers cannot be read: {exception.Message}")]);
        }
    }

    private RolloutFile Open(Guid run)
    {
        lock (_gate)
        {
            var known = _files.FirstOrDefault(entry => entry.Run == run);
            var entry = known.File is null ? (run, new RolloutFile(_paths.Run(run))) : known;
            _files.Remove(known);
            _files.AddFirst(entry);
            if (_files.Count > MostOpen)
            {
                _files.RemoveLast();
            }

            return entry.Item2;
        }
    }
}
