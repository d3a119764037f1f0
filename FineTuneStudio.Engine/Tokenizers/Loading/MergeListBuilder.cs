using FineTuneStudio.Engine.Tokenizers.Models;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Takes the merges of a file one by one, the earliest first, and checks that the vocabulary has what they need.</summary>
internal sealed class MergeListBuilder(int count, Vocabulary vocabulary, string prefix, LoadContext context)
{
    private char[] _merged = new char[256];
    private int _rank;

    /// <summary>The table so far.</summary>
    public PairTable Pairs { get; } = new(count);

    /// <summary>Takes a merge written as two tokens with a space between them.</summary>
    public void AddLine(ReadOnlySpan<char> line)
    {
        var space = line.IndexOf(' ');
        if (space <= 0 || space == line.Length - 1 || space != line.LastIndexOf(' '))
        {
            throw context.Fault($"Merge {_rank + 1} should be two tokens, as a list or with a space between them, not '{line}'.");
        }

        Add(line[..space], line[(space + 1)..]);
    }

    /// <summary>Takes a merge.</summary>
    public void Add(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var tail = right.Length >= prefix.Length ? right[prefix.Length..] : right;
        if (_merged.Length < left.Length + tail.Length)
        {
            _merged = new char[2 * (left.Length + tail.Length)];
        }

        left.CopyTo(_merged);
        tail.CopyTo(_merged.AsSpan(left.Length));
        var merged = _merged.AsSpan(0, left.Length + tail.Length);
        Pairs.Set(IdOf(left, left, right), IdOf(right, left, right), _rank, IdOf(merged, left, right));
        _rank++;
    }

    private int IdOf(ReadOnlySpan<char> token, ReadOnlySpan<char> left, ReadOnlySpan<char> right)
        => vocabulary.IdOf(token) is var id and >= 0
            ? id
            : throw context.Fault($"Merge {_rank + 1} ('{left}' and '{right}') needs the token '{token}', which the vocabulary lacks.");
}
