using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Runs;

/// <summary>The feed of every run that lives or is looked at; those that are over are read from their folder and forgotten in turn.</summary>
internal sealed class RunFeeds(StudioPaths paths, TimeProvider time)
{
    private const int MostEnded = 16;

    private readonly Lock _gate = new();
    private readonly LinkedList<(Guid Id, RunFeed Feed)> _recent = [];

    /// <summary>The feed of a run, with what its folder tells where it is not in memory.</summary>
    /// <param name="id">The run.</param>
    /// <param name="stored">Where it stands according to the database.</param>
    public RunFeed Open(Guid id, Func<RunProgress, RunProgress> stored)
    {
        // Reading under the lock: a second reader of the same run must not get a second feed.
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Feed;
                }
            }

            var feed = new RunFeed(time);
            foreach (var happened in RunEventFile.Read(paths.Run(id)))
            {
                feed.Append(happened);
            }

            feed.Update(stored);
            _recent.AddFirst((id, feed));
            Trim();
            return feed;
        }
    }

    public void Forget(Guid id)
    {
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    _recent.Remove(node);
                    return;
                }
            }
        }
    }

    private void Trim()
    {
        var node = _recent.Last;
        var surplus = _recent.Count - MostEnded;
        while (node is not null && surplus > 0)
        {
            var previous = node.Previous;
            if (!node.Value.Feed.Progress.State.IsActive())
            {
                _recent.Remove(node);
                surplus--;
            }

            node = previous;
        }
    }
}
