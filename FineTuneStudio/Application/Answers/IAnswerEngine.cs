using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Answers;

/// <summary>What the studio asks of the engine for answers; a test puts one of its own in its place.</summary>
internal interface IAnswerEngine
{
    /// <summary>Answers one side after the other on the calling thread.</summary>
    /// <param name="sides">Those of one model stand together, so that its weights are read once.</param>
    /// <param name="options">The same for all.</param>
    /// <param name="threads">Processor threads; <see langword="null"/> takes all.</param>
    /// <param name="report">Told of text as it comes.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    void Answer(IReadOnlyList<AnswerSide> sides, SamplingOptions options, int? threads, Action<AnswerPiece> report, CancellationToken cancellationToken);
}
