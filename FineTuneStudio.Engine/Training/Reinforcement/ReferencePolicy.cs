using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>The model as it was before the first step: what a KL term measures the distance from.</summary>
internal sealed class ReferencePolicy : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _owned;

    private ReferencePolicy(CausalModel model, IReadOnlyList<IDisposable> owned) => (Model, _owned) = (model, owned);

    /// <summary>The frozen network.</summary>
    public CausalModel Model { get; }

    /// <summary>The reference of a run; <see langword="null"/> where its loss has no KL term.</summary>
    /// <remarks>
    /// The base itself where a fresh adapter learns beside it, which changes nothing at the beginning; the base with the adapter that the run began with; or a
    /// second copy of the model where every weight learns.
    /// </remarks>
    /// <exception cref="UserErrorException">There is no such model or adapter.</exception>
    public static ReferencePolicy? Of(RunSpecification specification, Trainee trainee)
    {
        if (specification.Reinforcement!.Loss().KlWeight <= 0)
        {
            return null;
        }

        if (specification.Lora is null)
        {
            var copy = CausalModel.Load(specification.Model, specification.Precision, trainee.Model.Device);
            return new ReferencePolicy(copy, [copy]);
        }

        if (specification.InitialAdapter is not { } folder)
        {
            return new ReferencePolicy(trainee.Base, []);
        }

        var adapter = AdapterSet.Load(folder, trainee.Base.Linears, trainee.Model.Device);
        var view = trainee.Base.WithAdapter(adapter);
        return new ReferencePolicy(view, [view, adapter]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }
}
