using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Answers;

/// <summary>Asks models and adapters, one side or several with the same seed. One question at a time has the machine.</summary>
public sealed class AnswerService : IDisposable
{
    private readonly ModelLibrary _models;
    private readonly AdapterLibrary _adapters;
    private readonly SettingsStore _settings;
    private readonly IAnswerEngine _engine;
    private readonly SemaphoreSlim _turn = new(1);

    internal AnswerService(ModelLibrary models, AdapterLibrary adapters, SettingsStore settings, IAnswerEngine engine)
    {
        (_models, _adapters, _settings, _engine) = (models, adapters, settings, engine);
    }

    /// <summary>The answers, as they come, one side after the other.</summary>
    /// <exception cref="UserErrorException">A model or an adapter is gone, or the question does not fit.</exception>
    public async IAsyncEnumerable<AnswerPiece> AskAsync(
        IReadOnlyList<AnswerQuestion> questions, SamplingOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sides = new List<AnswerSide>();
        foreach (var question in questions)
        {
            sides.Add(await ResolveAsync(question, cancellationToken));
        }

        var pieces = Channel.CreateUnbounded<AnswerPiece>();
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        var answering = Task.Factory.StartNew(
            () => Answer(sides, options, pieces.Writer, left.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return piece;
            }

            await answering;
        }
        finally
        {
            // Who stops reading stops the engine; the next question begins once it stands still.
            await left.CancelAsync();
            await Task.WhenAny(answering);
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<AnswerSide> ResolveAsync(AnswerQuestion question, CancellationToken cancellationToken)
    {
        var model = await _models.FindAsync(question.Model, cancellationToken)
            ?? throw new UserErrorException("model", $"The base model '{question.Model}' is no longer in the library. Import it again, then ask.");
        var adapter = question.Adapter is { } id
            ? await _adapters.FindAsync(id, cancellationToken) ?? throw new UserErrorException("adapter", "The adapter was deleted. Choose another.")
            : null;
        var messages = question.Turns.Select(turn => new { role = turn.Role, content = turn.Text });
        return new AnswerSide(model.Folder, adapter is null ? null : _adapters.FolderOf(adapter), new Conversation(JsonSerializer.SerializeToElement(messages)));
    }

    private void Answer(IReadOnlyList<AnswerSide> sides, SamplingOptions options, ChannelWriter<AnswerPiece> pieces, CancellationToken cancellationToken)
    {
        try
        {
            _engine.Answer(sides, options, _settings.Current.Threads, piece => pieces.TryWrite(piece), cancellationToken);
        }
        finally
        {
            pieces.Complete();
        }
    }
}
