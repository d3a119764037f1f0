using System.Collections.Concurrent;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Persistence;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Renderers of the library's models, each loaded once.</summary>
internal sealed class ModelRenderers
{
    private readonly ConcurrentDictionary<(Guid Model, string Sha256), Lazy<Renderer>> _renderers = new();

    /// <exception cref="Engine.Contracts.UserErrorException">Its tokenizer or template cannot be read.</exception>
    public Renderer Of(ModelEntity model)
        => _renderers.GetOrAdd((model.Id, model.Sha256), _ => new Lazy<Renderer>(() => Renderer.Load(model.Folder), LazyThreadSafetyMode.PublicationOnly)).Value;
}
