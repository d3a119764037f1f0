using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Exports;

/// <summary>An export loaded anew, as a stranger would: from its own files, beside the base model where it is an adapter alone.</summary>
internal sealed class ExportedModel : IDisposable
{
    private readonly CausalModel _base;
    private readonly AdapterSet? _adapters;

    private ExportedModel(CausalModel model, AdapterSet? adapters)
    {
        (_base, _adapters) = (model, adapters);
        Model = model.WithAdapter(adapters);
    }

    /// <summary>What it computes with.</summary>
    public CausalModel Model { get; }

    /// <param name="request">What was exported.</param>
    /// <param name="path">The folder in PEFT or Hugging Face layout, or the GGUF file.</param>
    /// <param name="precision">Arithmetic.</param>
    public static ExportedModel Load(ExportRequest request, string path, Precision precision)
    {
        switch (request.Format)
        {
            case ExportFormat.Peft:
                return Beside(request, precision, model => AdapterSet.Load(path, model.Linears));
            case ExportFormat.GgufLora:
                return Beside(request, precision, model => GgufAdapterReader.Read(path, model.Config));
            case ExportFormat.Merged:
                return new ExportedModel(CausalModel.Load(path, precision), adapters: null);
            default:
                var weights = new GgufWeights(path, ModelConfigFile.Read(request.ModelFolder));
                return new ExportedModel(CausalModel.Load(weights.Config, weights, precision), adapters: null);
        }
    }

    /// <summary>The base with the adapter beside it.</summary>
    /// <param name="request">What was exported.</param>
    /// <param name="precision">Arithmetic.</param>
    /// <param name="quantization">What becomes of the base's weights; <see cref="Quantization.None"/> keeps what its folder has packed as it is.</param>
    public static ExportedModel Live(ExportRequest request, Precision precision, Quantization quantization = Quantization.None)
        => Beside(request, precision, model => AdapterSet.Load(request.AdapterFolder, model.Linears), quantization);

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _adapters?.Dispose();
        _base.Dispose();
    }

    private static ExportedModel Beside(ExportRequest request, Precision precision, Func<CausalModel, AdapterSet> read, Quantization quantization = Quantization.None)
    {
        var model = CausalModel.Load(request.ModelFolder, precision, quantization: quantization);
        try
        {
            return new ExportedModel(model, read(model));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
