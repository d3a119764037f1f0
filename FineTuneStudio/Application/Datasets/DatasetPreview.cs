using System.Collections.Concurrent;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Shows rows as a model will see them, by the renderer that training uses.</summary>
public sealed class DatasetPreview
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly DatasetIndexes _indexes;
    private readonly ConcurrentDictionary<(Guid Model, string Sha256), Renderer> _renderers = new();

    internal DatasetPreview(IDbContextFactory<StudioDatabase> databases, DatasetIndexes indexes)
    {
        (_databases, _indexes) = (databases, indexes);
    }

    /// <summary>One row through one model.</summary>
    /// <param name="datasetId">A checked dataset.</param>
    /// <param name="model">Name of a model in the library.</param>
    /// <param name="row">Number among the good rows; brought into range.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<Result<RowView>> ShowAsync(Guid datasetId, string model, int row, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var dataset = await database.Datasets.AsNoTracking().SingleAsync(entity => entity.Id == datasetId, cancellationToken);
        var library = await database.Models.AsNoTracking().SingleAsync(entity => entity.Name == model, cancellationToken);
        try
        {
            return new Result<RowView>.Success(await Task.Run(() => Show(dataset, library, row, cancellationToken), cancellationToken));
        }
        catch (UserErrorException exception)
        {
            return new Result<RowView>.Refused(exception.Errors);
        }
    }

    private RowView Show(DatasetEntity dataset, ModelEntity model, int row, CancellationToken cancellationToken)
    {
        var renderer = _renderers.GetOrAdd((model.Id, model.Sha256), _ => Renderer.Load(model.Folder));
        return _indexes.Read(dataset, index => Show(index, renderer, Math.Clamp(row, 0, index.Count - 1)), cancellationToken);
    }

    private static RowView Show(DatasetIndex index, Renderer renderer, int number)
    {
        var row = index.Read(number);
        var rendered = renderer.RenderConversation(row.Conversation, row.LearnWeights);
        var tokens = new TokenView[rendered.Ids.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            var span = rendered.Spans[i];
            tokens[i] = new TokenView(rendered.Ids[i], rendered.Text[span.Start..span.End], rendered.Weights[i], renderer.Tokenizer.IsSpecial(rendered.Ids[i]));
        }

        return new RowView(
            number, index.Count, row.Line, [.. Messages(row)], tokens, rendered.LearntTokens, [.. renderer.Warnings, .. rendered.Warnings]);
    }

    private static IEnumerable<MessageView> Messages(DatasetRow row)
    {
        var at = 0;
        foreach (var message in row.Conversation.Messages.EnumerateArray())
        {
            var role = message.TryGetProperty("role", out var name) ? name.GetString() ?? "" : "";
            var text = message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString() ?? "" : "";
            var calls = message.TryGetProperty("tool_calls", out var array) && array.ValueKind == JsonValueKind.Array ? array.GetRawText() : "";
            yield return new MessageView(role, string.Join('\n', new[] { text, calls }.Where(part => part.Length > 0)), row.LearnWeights[at++] > 0);
        }
    }
}
