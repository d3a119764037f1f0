using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Engine.Rendering.Lengths;

/// <summary>Renders every good row of a dataset once, by the renderer that trains, and keeps nothing but the lengths; a prompt goes up to where its answer begins.</summary>
public static class TokenLengthMeter
{
    /// <summary>Measures what is not measured yet.</summary>
    /// <param name="index">The dataset.</param>
    /// <param name="renderer">The model's.</param>
    /// <param name="cachePath">Where lengths are kept from call to call; <see langword="null"/> keeps none.</param>
    /// <param name="model">What tells this model's tokenizer and template from another's: a hash of its folder.</param>
    /// <param name="workers">Threads that render side by side.</param>
    /// <param name="progress">Given the lengths before the first block and after each; they go on growing.</param>
    /// <param name="cancellationToken">Looked at between blocks of 512 rows; what is measured by then is kept.</param>
    /// <exception cref="UserErrorException">The file changed since it was indexed.</exception>
    public static TokenLengths Measure(
        DatasetIndex index, Renderer renderer, string? cachePath, string model, int workers, Action<TokenLengths>? progress, CancellationToken cancellationToken)
    {
        using var file = cachePath is null ? null : TryOpen(cachePath, $"{index.Identity} | {model} | renderer {Renderer.Version}", index.Count);
        var lengths = new TokenLengths(index.Count, file?.Blocks ?? [], index.ReadsPrompts);
        progress?.Invoke(lengths);
        var isKept = file is not null;
        while (!lengths.IsComplete)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = MeasureBlock(index, renderer, lengths.Known, workers);
            isKept = isKept && TryAppend(file!, block);
            lengths.Add(block);
            progress?.Invoke(lengths);
        }

        return lengths;
    }

    private static LengthBlock MeasureBlock(DatasetIndex index, Renderer renderer, int first, int workers)
    {
        var weights = new float[]?[Math.Min(TokenLengths.BlockRows, index.Count - first)];
        try
        {
            Parallel.For(0, weights.Length, new ParallelOptions { MaxDegreeOfParallelism = workers }, place => weights[place] = Weights(index, first + place, renderer));
        }
        catch (AggregateException exception) when (exception.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } mistake)
        {
            throw mistake;
        }

        return LengthBlock.Of(weights);
    }

    private static float[]? Weights(DatasetIndex index, int number, Renderer renderer)
    {
        var row = index.Read(number);
        try
        {
            return index.ReadsPrompts ? renderer.RenderPrompt(row.ToPrompt()).Weights : renderer.RenderConversation(row.Conversation, row.LearnWeights).Weights;
        }
        catch (UserErrorException)
        {
            // The template refuses the row; who looks at it is told why.
            return null;
        }
    }

    // Without the cache everything is measured again next time; a full disk is told by whoever must write.
    private static TokenLengthFile? TryOpen(string path, string identity, int rows)
    {
        try
        {
            return TokenLengthFile.Open(path, identity, rows);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryAppend(TokenLengthFile file, LengthBlock block)
    {
        try
        {
            file.Append(block);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
