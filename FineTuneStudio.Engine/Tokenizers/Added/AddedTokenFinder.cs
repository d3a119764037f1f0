using System.Buffers;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Added;

/// <summary>Finds added tokens in a text: the leftmost first, the longest of those that start at one place.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<char> _firsts;
    private readonly Dictionary<(int Node, char Unit), int> _edges = [];
    private readonly List<AddedToken?> _tokens = [null];

    /// <param name="tokens">The tokens by the text to look for.</param>
    public AddedTokenFinder(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        HashSet<char> firsts = [];
        foreach (var (text, token) in tokens.Where(entry => entry.Text.Length > 0))
        {
            firsts.Add(text[0]);
            var node = 0;
            foreach (var unit in text)
            {
                if (!_edges.TryGetValue((node, unit), out var next))
                {
                    next = _tokens.Count;
                    _edges[(node, unit)] = next;
                    _tokens.Add(null);
                }

                node = next;
            }

            // Of two with one text the first stands; a file that repeats a token means the same one.
            _tokens[node] ??= token;
        }

        _firsts = SearchValues.Create([.. firsts]);
        IsEmpty = firsts.Count == 0;
    }

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty { get; }

    /// <summary>Cuts a text into tokens and what lies between them; false where it holds none, and the list stays empty.</summary>
    public bool Split(ReadOnlySpan<char> text, bool findsSpecial, List<AddedPiece> pieces)
    {
        if (IsEmpty || !text.ContainsAny(_firsts))
        {
            return false;
        }

        var done = 0;
        for (var position = 0; Next(text, position) is var (start, end, token);)
        {
            position = end;
            if ((token.IsSpecial && !findsSpecial) || (token.IsSingleWord && !StandsAlone(text, start, end)))
            {
                continue;
            }

            if (token.StripsLeft)
            {
                start = Math.Max(StartOfSpace(text, start), done);
            }

            if (token.StripsRight)
            {
                end = EndOfSpace(text, end);
            }

            if (start > done)
            {
                pieces.Add(new AddedPiece(done, start, Token: null));
            }

            pieces.Add(new AddedPiece(start, end, token));
            done = end;
        }

        if (pieces.Count == 0)
        {
            return false;
        }

        if (done < text.Length)
        {
            pieces.Add(new AddedPiece(done, text.Length, Token: null));
        }

        return true;
    }

    private (int Start, int End, AddedToken Token)? Next(ReadOnlySpan<char> text, int from)
    {
        for (var start = from; start < text.Length; start++)
        {
            var found = text[start..].IndexOfAny(_firsts);
            if (found < 0)
            {
                return null;
            }

            start += found;
            AddedToken? longest = null;
            var end = start;
            var node = 0;
            for (var position = start; position < text.Length && _edges.TryGetValue((node, text[position]), out node); position++)
            {
                if (_tokens[node] is { } token)
                {
                    longest = token;
                    end = position + 1;
                }
            }

            if (longest is not null)
            {
                return (start, end, longest);
            }
        }

        return null;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end)
    {
        var wordBefore = start > 0 && CodePoint.IsRustWord(CodePoint.At(text, CodePoint.Previous(text, start), out _));
        var wordBehind = end < text.Length && CodePoint.IsRustWord(CodePoint.At(text, end, out _));
        return !wordBefore && !wordBehind;
    }

    private static int StartOfSpace(ReadOnlySpan<char> text, int index)
    {
        while (index > 0 && CodePoint.IsSpace(text[index - 1]))
        {
            index--;
        }

        return index;
    }

    private static int EndOfSpace(ReadOnlySpan<char> text, int index)
    {
        while (index < text.Length && CodePoint.IsSpace(text[index]))
        {
            index++;
        }

        return index;
    }
}
