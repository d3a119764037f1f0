using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Application.Runs;

/// <summary>The feed of every run that lives or is looked at; those that are over are read from their folder and forgotten in turn.</summary>
internal sealed class RunFeeds(StudioPaths paths, TimeProvider time)
{
    private const int MostEnded = 16;

    private readonly Lock _gate = new();

    // Lazy: all readers of a run share one feed, and those of other runs do not wait while it is read.
    private readonly LinkedList<(Guid Id, Lazy<RunFeed> Feed)> _recent = [];

    /// <summary>The feed of a run, with what its folder tells where it is not in memory.</summary>
    /// <param name="id">The run.</param>
    /// <param name="stored">Where it stands according to the database.</param>
    public RunFeed Open(Guid id, Func<RunProgress, RunProgress> stored)
    {
        Lazy<RunFeed> feed;
        lock (_gate)
        {
            var node = Find(id);
            if (node is null)
            {
                node = new((id, new Lazy<RunFeed>(() => Read(id, stored))));
                _recent.AddFirst(node);
                Trim();
            }
            else
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
            }

            feed = node.Value.Feed;
        }

        try
        {
            return feed.Value;
        }
        catch
        {
            Forget(id);
            throw;
        }
    }

    public void Forget(Guid id)
    {
        lock (_gate)
        {
            if (Find(id) is { } node)
            {
                _recent.Remove(node);
            }
        }
    }

    private RunFeed Read(Guid id, Func<RunProgress, RunProgress> stored)
    {
        var feed = new RunFeed(time);
        feed.Load(RunEvents.Read(paths.Run(id)));
        feed.Update(stored);
        return feed;
    }

    private LinkedListNode<(Guid Id, Lazy<RunFeed> Feed)>? Find(Guid id)
    {
        var node = _recent.First;
        while (node is not null && node.Value.Id != id)
        {
            node = node.Next;
        }

        return node;
    }

    private void Trim()
    {
        var node = _recent.Last;
        for (var surplus = _recent.Count - MostEnded; node is not null && surplus > 0;)
        {
            var previous = node.Previous;
            if (node.Value.Feed is { IsValueCreated: true, Value.Progress.State: var state } && !state.IsActive())
            {
                _recent.Remove(node);
                surplus--;
            }

            node = previous;
        }
    }
}
