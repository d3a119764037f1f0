using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Adapters;

/// <summary>What the studio asks of the engine for answers; a test puts one of its own in its place.</summary>
internal interface IAnswerEngine
{
    /// <summary>Answers with the adapter, then without it, on the calling thread.</summary>
    void Answer(string modelFolder, string adapterFolder, Conversation conversation, SamplingOptions options, Action<AnswerPiece> report, CancellationToken cancellationToken);
}
