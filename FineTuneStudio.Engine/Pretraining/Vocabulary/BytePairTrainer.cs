using System.Text;
using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Pretraining.Vocabulary;

/// <summary>Learns a byte-level BPE vocabulary from text (Sennrich et al. 2016, arXiv 1508.07909; bytes as in GPT-2).</summary>
/// <remarks>Every byte is a token, so that any text can be written; ties are broken by the symbols, so that the same text gives the same vocabulary.</remarks>
internal sealed partial class BytePairTrainer
{
    /// <summary>How text is cut before merging: Qwen2's pattern, which other software knows by name; digits stand alone.</summary>
    public const string SplitPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly Dictionary<string, int> _wordCounts = [];

    /// <summary>Counts the words of a text.</summary>
    public void Add(string text)
    {
        foreach (var match in Split().EnumerateMatches(text))
        {
            var word = text.AsSpan(match.Index, match.Length);
            var counts = _wordCounts.GetAlternateLookup<ReadOnlySpan<char>>();
            counts[word] = counts.TryGetValue(word, out var count) ? count + 1 : 1;
        }
    }

    /// <summary>Learns merges until the vocabulary has so many tokens, or no pair occurs twice.</summary>
    /// <param name="size">Tokens, the 256 bytes among them.</param>
    public BytePairVocabulary Train(int size)
    {
        var tokens = ByteSymbols.All.ToList();
        var words = _wordCounts.OrderBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => new Word([.. Encoding.UTF8.GetBytes(word.Key).Select(value => (int)value)], word.Value)).ToArray();
        var pairs = new PairCounts(words);
        var merges = new List<(string Left, string Right)>();
        while (tokens.Count < size && pairs.Best(tokens) is { } best)
        {
            merges.Add((tokens[best.Left], tokens[best.Right]));
            tokens.Add(tokens[best.Left] + tokens[best.Right]);
            pairs.Merge(best, tokens.Count - 1);
        }

        return new(tokens, merges);
    }

    [GeneratedRegex(SplitPattern)]
    private static partial Regex Split();

    private sealed class Word(List<int> symbols, int count)
    {
        public List<int> Symbols { get; } = symbols;

        public int Count { get; } = count;
    }

    /// <summary>How often each pair of neighbours occurs, and in which words.</summary>
    private sealed class PairCounts
    {
        private readonly Word[] _words;
        private readonly Dictionary<(int Left, int Right), (long Count, HashSet<int> Words)> _pairs = [];

        public PairCounts(Word[] words)
        {
            _words = words;
            for (var index = 0; index < words.Length; index++)
            {
                Count(index, sign: 1);
            }
        }

        public (int Left, int Right)? Best(List<string> tokens)
        {
            (int Left, int Right)? best = null;
            var most = 1L;
            foreach (var (pair, (count, _)) in _pairs)
            {
                if (count > most || (count == most && best is { } other && IsBefore(pair, other, tokens)))
                {
                    (best, most) = (pair, count);
                }
            }

            return best;
        }

        public void Merge((int Left, int Right) pair, int merged)
        {
            foreach (var index in _pairs[pair].Words.ToArray())
            {
                Count(index, sign: -1);
                var symbols = _words[index].Symbols;
                for (var place = 0; place + 1 < symbols.Count; place++)
                {
                    if (symbols[place] == pair.Left && symbols[place + 1] == pair.Right)
                    {
                        symbols[place] = merged;
                        symbols.RemoveAt(place + 1);
                    }
                }

                Count(index, sign: 1);
            }
        }

        private static bool IsBefore((int Left, int Right) pair, (int Left, int Right) other, List<string> tokens)
        {
            var order = string.CompareOrdinal(tokens[pair.Left], tokens[other.Left]);
            return order < 0 || (order == 0 && string.CompareOrdinal(tokens[pair.Right], tokens[other.Right]) < 0);
        }

        private void Count(int index, int sign)
        {
            var (symbols, count) = (_words[index].Symbols, _words[index].Count);
            for (var place = 0; place + 1 < symbols.Count; place++)
            {
                var pair = (symbols[place], symbols[place + 1]);
                var (before, words) = _pairs.TryGetValue(pair, out var found) ? found : (0, []);
                words.Add(index);
                if (before + (sign * count) == 0)
                {
                    _pairs.Remove(pair);
                }
                else
                {
                    _pairs[pair] = (before + (sign * count), words);
                }
            }
        }
    }
}
