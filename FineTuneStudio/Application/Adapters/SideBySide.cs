using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Asks a base model and an adapter the same thing, with the same seed. One question at a time has the machine.</summary>
public sealed class SideBySide : IDisposable
{
    private readonly ModelLibrary _models;
    private readonly AdapterLibrary _adapters;
    private readonly IAnswerEngine _engine;
    private readonly SemaphoreSlim _turn = new(1);

    internal SideBySide(ModelLibrary models, AdapterLibrary adapters, IAnswerEngine engine)
    {
        (_models, _adapters, _engine) = (models, adapters, engine);
    }

    /// <summary>Both answers, as they come.</summary>
    /// <exception cref="UserErrorException">The base model is gone, or the question does not fit.</exception>
    public async IAsyncEnumerable<AnswerPiece> AskAsync(
        AdapterSummary adapter, string system, string prompt, SamplingOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = await _models.FindAsync(adapter.Model, cancellationToken)
            ?? throw new UserErrorException("model", $"The base model '{adapter.Model}' is no longer in the library. Import it again to try the adapter.");
        var pieces = Channel.CreateUnbounded<AnswerPiece>();
        var conversation = Conversation(system, prompt);

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var answering = Task.Factory.StartNew(
                () => Answer(model.Folder, _adapters.FolderOf(adapter), conversation, options, pieces.Writer, cancellationToken),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return piece;
            }

            await answering;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static Conversation Conversation(string system, string prompt)
    {
        object[] messages = system.Length > 0
            ? [new { role = "system", content = system }, new { role = "user", content = prompt }]
            : [new { role = "user", content = prompt }];
        return new Conversation(JsonSerializer.SerializeToElement(messages));
    }

    private void Answer(
        string modelFolder, string adapterFolder, Conversation conversation, SamplingOptions options, ChannelWriter<AnswerPiece> pieces, CancellationToken cancellationToken)
    {
        try
        {
            _engine.Answer(modelFolder, adapterFolder, conversation, options, piece => pieces.TryWrite(piece), cancellationToken);
        }
        finally
        {
            pieces.Complete();
        }
    }
}
