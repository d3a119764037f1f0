using System.Diagnostics;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench tokenize</c>: encoding with every real tokenizer at hand, against Hugging Face's native library on one core.</summary>
/// <remarks>Both encode the same texts one by one in one thread, in the same run; the best of several passes counts, as other work disturbs.</remarks>
internal static class TokenizeBench
{
    private const int Passes = 3;
    private const double GoalRatio = 2;

    public static BenchReport Run()
    {
        var texts = TokenizeBenchTexts.Load(out var source);
        var folder = Directory.CreateTempSubdirectory("finetunestudio-bench-");
        try
        {
            var textBytes = texts.Sum(text => (double)System.Text.Encoding.UTF8.GetByteCount(text));
            var textsPath = Path.Combine(folder.FullName, "texts.jsonl");
            File.WriteAllLines(textsPath, texts.Select(text => System.Text.Json.JsonSerializer.Serialize(text)));
            var peer = TokenizersPeer.Find();
            List<BenchFigure> figures = [new($"text: {source}", Math.Round(textBytes / 1e6, 2), "MB", null, null)];
            foreach (var candidate in TokenizeBenchCandidates.Prepare(folder.FullName))
            {
                figures.AddRange(Measure(candidate, texts, textBytes, textsPath, peer));
            }

            return new BenchReport("tokenize", figures);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<BenchFigure> Measure(
        TokenizeBenchCandidate candidate, IReadOnlyList<string> texts, double textBytes, string textsPath, TokenizersPeer? peer)
    {
        var watch = Stopwatch.StartNew();
        var tokenizer = Tokenizer.Load(candidate.Path);
        var loading = watch.Elapsed.TotalMilliseconds;
        var options = new EncodeOptions { SpecialText = SpecialText.AsToken };
        var checksum = 0;
        var ids = Best(() => checksum = Encode(tokenizer, texts, options));
        var offsets = Best(() => EncodeWithOffsets(tokenizer, texts, options));
        yield return new BenchFigure($"{candidate.Name}: ids", Rate(textBytes, ids), "MB/s", null, null);
        yield return new BenchFigure($"{candidate.Name}: ids and offsets", Rate(textBytes, offsets), "MB/s", null, null);
        yield return new BenchFigure($"{candidate.Name}: loading", Math.Round(loading), "ms", null, null);
        if (peer?.Measure(candidate.PeerPath, textsPath, Passes) is not { } other)
        {
            yield break;
        }

        yield return new BenchFigure($"{candidate.Name}: Hugging Face", Rate(textBytes, other.Seconds), "MB/s", null, null);
        yield return new BenchFigure($"{candidate.Name}: same ids", other.Checksum == checksum ? 1 : 0, "yes", 1, other.Checksum == checksum);
        yield return Ratio($"{candidate.Name}: ids, times Hugging Face", other.Seconds / ids);
        yield return Ratio($"{candidate.Name}: ids and offsets, times Hugging Face", other.Seconds / offsets);
    }

    private static BenchFigure Ratio(string name, double ratio) => new(name, Math.Round(ratio, 1), "x", GoalRatio, ratio >= GoalRatio);

    private static double Rate(double bytes, double seconds) => Math.Round(bytes / 1e6 / seconds, 1);

    private static double Best(Action pass)
    {
        var best = double.PositiveInfinity;
        for (var count = 0; count < Passes; count++)
        {
            var watch = Stopwatch.StartNew();
            pass();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return best;
    }

    private static int Encode(Tokenizer tokenizer, IReadOnlyList<string> texts, EncodeOptions options)
    {
        var checksum = 0;
        foreach (var text in texts)
        {
            foreach (var id in tokenizer.Encode(text, options))
            {
                checksum = unchecked((checksum * 31) + id);
            }
        }

        return checksum;
    }

    private static void EncodeWithOffsets(Tokenizer tokenizer, IReadOnlyList<string> texts, EncodeOptions options)
    {
        foreach (var text in texts)
        {
            _ = tokenizer.EncodeWithOffsets(text, options);
        }
    }
}
