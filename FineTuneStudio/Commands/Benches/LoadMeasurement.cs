namespace FineTuneStudio.Commands.Benches;

/// <summary>How long a checkpoint takes to be ready, beside reading its file alone.</summary>
/// <param name="Bytes">Of the file.</param>
/// <param name="ReadSeconds">Of reading the file from disk, once and in order.</param>
/// <param name="ReadySeconds">From disk until every weight can be multiplied with.</param>
/// <param name="AnswerSeconds">Of the first token after that.</param>
/// <param name="PeakBytes">Most resident memory while the model was loaded and answered, less what the process had before.</param>
internal sealed record LoadMeasurement(long Bytes, double ReadSeconds, double ReadySeconds, double AnswerSeconds, long PeakBytes)
{
    /// <summary>Of the disk's own rate.</summary>
    public double Share => ReadSeconds / ReadySeconds;
}
