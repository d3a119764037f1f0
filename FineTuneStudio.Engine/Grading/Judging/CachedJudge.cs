using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>Asks the same question once: answers are kept in memory, up to a number of them; failures are not kept.</summary>
/// <param name="inner">Who is asked.</param>
/// <param name="most">Most answers kept; the oldest go first.</param>
public sealed class CachedJudge(IJudge inner, int most = 100_000) : IJudge
{
    private readonly ConcurrentDictionary<string, Lazy<JudgeAnswer>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Answers kept now.</summary>
    public int Count => _answers.Count;

    /// <inheritdoc/>
    public JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));

        // A question asked twice at once is asked once, too: the second waits for the first.
        var own = new Lazy<JudgeAnswer>(() => inner.Ask(request, cancellationToken));
        var answer = _answers.GetOrAdd(key, own);
        try
        {
            var value = answer.Value;
            if (answer == own)
            {
                Keep(key);
            }

            return value;
        }
        catch (Exception exception) when (exception is JudgeException or OperationCanceledException)
        {
            _answers.TryRemove(new KeyValuePair<string, Lazy<JudgeAnswer>>(key, answer));

            // Whoever waited for a question that another cancelled asks it anew.
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                return Ask(request, cancellationToken);
            }

            throw;
        }
    }

    private void Keep(string key)
    {
        _order.Enqueue(key);
        while (_answers.Count > most && _order.TryDequeue(out var oldest))
        {
            _answers.TryRemove(oldest, out _);
        }
    }
}
