using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Answers;

/// <summary>Asks models and adapters, one side or several with the same seed. One question at a time has the machine.</summary>
public sealed class AnswerService : IDisposable
{
    // An answer of fewer tokens is over before it has a pace.
    private const int LeastTokens = 16;

    private readonly ModelLibrary _models;
    private readonly AdapterLibrary _adapters;
    private readonly SettingsStore _settings;
    private readonly IAnswerEngine _engine;
    private readonly ModelSpeeds _speeds;
    private readonly ILogger<AnswerService> _log;
    private readonly SemaphoreSlim _turn = new(1);

    internal AnswerService(ModelLibrary models, AdapterLibrary adapters, SettingsStore settings, IAnswerEngine engine, ModelSpeeds speeds, ILogger<AnswerService> log)
    {
        (_models, _adapters, _settings, _engine, _speeds, _log) = (models, adapters, settings, engine, speeds, log);
    }

    /// <summary>The answers, as they come, one side after the other.</summary>
    /// <exception cref="UserErrorException">A model or an adapter is gone, or the question does not fit.</exception>
    public async IAsyncEnumerable<AnswerPiece> AskAsync(
        IReadOnlyList<AnswerQuestion> questions, SamplingOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sides = new List<AnswerSide>();
        var models = new List<Guid>();
        foreach (var question in questions)
        {
            var (model, side) = await ResolveAsync(question, cancellationToken);
            models.Add(model);
            sides.Add(side);
        }

        var begun = new AnswerPiece?[sides.Count];
        var pieces = Channel.CreateUnbounded<AnswerPiece>();
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        var answering = Task.Factory.StartNew(
            () => Answer(sides, options, pieces.Writer, left.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None))
            {
                begun[piece.Side] ??= piece;
                yield return piece;
                if (piece.Ended)
                {
                    await NoteAsync(models[piece.Side], begun[piece.Side]!, piece, sides[piece.Side].AdapterFolder is not null);
                }
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

    // From the first piece on: what is before it is the prompt.
    private async Task NoteAsync(Guid model, AnswerPiece first, AnswerPiece last, bool hasAdapter)
    {
        var (tokens, seconds) = (last.Tokens - first.Tokens, last.Seconds - first.Seconds);
        if (tokens < LeastTokens || seconds <= 0)
        {
            return;
        }

        try
        {
            await _speeds.NoteAsync(model, SpeedKind.Decode, tokens / seconds, hasAdapter ? "an answer with an adapter" : "an answer", CancellationToken.None);
        }
        catch (Exception exception) when (exception is DbException or DbUpdateException)
        {
            _log.LogWarning(exception, "How fast model {Model} answered could not be kept", model);
        }
    }

    private async Task<(Guid Model, AnswerSide Side)> ResolveAsync(AnswerQuestion question, CancellationToken cancellationToken)
    {
        var model = await _models.FindAsync(question.Model, cancellationToken)
            ?? throw new UserErrorException("model", $"The base model '{question.Model}' is no longer in the library. Import it again, then ask.");
        var adapter = question.Adapter is { } id
            ? await _adapters.FindAsync(id, cancellationToken) ?? throw new UserErrorException("adapter", "The adapter was deleted. Choose another.")
            : null;
        var messages = question.Turns.Select(turn => new { role = turn.Role, content = turn.Text });
        return (model.Id, new AnswerSide(model.Folder, adapter is null ? null : _adapters.FolderOf(adapter), new Conversation(JsonSerializer.SerializeToElement(messages))));
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
