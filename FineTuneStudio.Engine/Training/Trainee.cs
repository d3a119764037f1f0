using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Packing;

namespace FineTuneStudio.Engine.Training;

/// <summary>What learns: an adapter beside a frozen model, or every weight of the model; with its optimizer.</summary>
internal sealed class Trainee : IDisposable
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string WeightsFile = "weights.safetensors";

    private readonly CausalModel _base;
    private readonly AdapterSet? _adapter;
    private readonly long _besideBytes;

    private Trainee(CausalModel model, AdapterSet? adapter, OptimizerOptions options, LoraOptions? lora, long besideBytes)
    {
        _base = model;
        _adapter = adapter;
        _besideBytes = besideBytes;
        Model = adapter is null ? model : model.WithAdapter(adapter);
        Parameters = adapter?.Parameters ?? model.Parameters;
        Optimizer = Optimizer.Create(Parameters, options, lora is null ? null : name => AdapterLearning.RuleOf(name, lora));
    }

    /// <summary>The model as it is now.</summary>
    public CausalModel Model { get; }

    /// <summary>The model without an adapter; the same as <see cref="Model"/> where every weight learns.</summary>
    public CausalModel Base => _base;

    /// <summary>What learns, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters { get; }

    /// <summary>The optimizer over them.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>What learns, for a person.</summary>
    public string Description => _adapter is null ? "Every weight of the model learns." : $"The adapter learns beside {_adapter.Description}.";

    /// <summary>Number of weights that learn.</summary>
    public long TrainableCount => Parameters.Sum(pair => pair.Value.ElementCount);

    /// <summary>Size of what <see cref="Save"/> writes.</summary>
    public long CheckpointBytes => (_adapter?.WrittenBytes ?? Parameters.Sum(pair => pair.Value.Bytes)) + Optimizer.State.Sum(pair => pair.Value.Bytes);

    /// <summary>Size of what <see cref="Export"/> writes.</summary>
    public long ExportBytes => _adapter?.WrittenBytes ?? ((TrainableCount * _base.Config.PublishedType.Size()) + _besideBytes);

    /// <summary>Loads the base onto a device and puts what learns beside it.</summary>
    /// <param name="specification">Model, adapter, optimizer.</param>
    /// <param name="device">Where to.</param>
    /// <param name="begins">Whether it begins with what is loaded; else a new adapter is left to <see cref="Restore"/>, and weights are not decomposed for it.</param>
    /// <exception cref="UserErrorException">No such model, or no such target.</exception>
    public static Trainee Load(RunSpecification specification, Device device, bool begins = true)
    {
        var model = CausalModel.Load(specification.Model, specification.Precision, device, trainable: specification.Lora is null, specification.Quantization);
        try
        {
            var adapter = specification.Lora is not { } options ? null
                : specification.InitialAdapter is { } initial ? InitialAdapter.Load(initial, model.Linears, options, device)
                : AdapterSet.Create(model.Linears, options, specification.Seed, device, begins ? model.WeightOf : null);
            adapter?.SetTrainable(true);
            var besideBytes = adapter is null ? ModelFolder.Weights(SafetensorsFolder.Open(specification.Model)).BesideBytes : 0;
            return new Trainee(model, adapter, specification.Optimizer, specification.Lora, besideBytes);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The random stream of dropout in a micro-batch; <see langword="null"/> where nothing is dropped.</summary>
    /// <param name="specification">Whose dropout and seed.</param>
    /// <param name="step">Steps done before.</param>
    /// <param name="microBatch">Its number in the step.</param>
    public RandomGenerator? DropoutStream(RunSpecification specification, int step, int microBatch) => specification.Lora is { Dropout: > 0 }
        ? new RandomGenerator(unchecked((long)CounterRandom.Bits(specification.Seed, step, microBatch)), Model.Device)
        : null;

    /// <summary>Writes weights and optimizer into a checkpoint's folder; the adapter in PEFT layout, so that it can be used as it is.</summary>
    public void Save(string folder, string baseModelName)
    {
        if (_adapter is not null)
        {
            _adapter.Save(Path.Combine(folder, RunFolder.Adapter), baseModelName);
        }
        else
        {
            using var weights = File.Create(Path.Combine(folder, WeightsFile));
            SafetensorsWriter.Write(weights, Parameters);
        }

        using var optimizer = File.Create(Path.Combine(folder, OptimizerFile));
        SafetensorsWriter.Write(optimizer, Optimizer.State);
    }

    /// <summary>Sets weights and optimizer to a checkpoint's.</summary>
    public void Restore(string folder, IReadOnlyList<long> steps)
    {
        using var off = GradMode.Off();
        if (_adapter is not null)
        {
            _adapter.Fill(Path.Combine(folder, RunFolder.Adapter, AdapterFiles.Weights));
        }
        else
        {
            Fill(Parameters, Path.Combine(folder, WeightsFile));
        }

        Fill(Optimizer.State, Path.Combine(folder, OptimizerFile));
        Optimizer.SetSteps(steps);
    }

    /// <summary>Writes what was learnt where people look for it: <c>adapter/</c>, or <c>model/</c> where every weight was trained.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="baseModel">The base's folder or name.</param>
    /// <param name="provenance">Where it comes from.</param>
    /// <exception cref="IOException">The disk is full; what was there before is untouched.</exception>
    public void Export(string runFolder, string baseModel, AdapterProvenance provenance)
    {
        var target = Path.Combine(runFolder, _adapter is null ? RunFolder.Model : RunFolder.Adapter);
        var staging = target + DurableFile.TemporarySuffix;
        DeleteFolder(staging);
        try
        {
            Write(staging, baseModel, provenance);
        }
        catch
        {
            DeleteFolder(staging);
            throw;
        }

        DeleteFolder(target);
        DurableFile.MoveFolder(staging, target);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        if (_adapter is not null)
        {
            Model.Dispose();
            _adapter.Dispose();
        }

        _base.Dispose();
    }

    private void Write(string folder, string baseModel, AdapterProvenance provenance)
    {
        if (_adapter is not null)
        {
            _adapter.Save(folder, baseModel);
            AdapterReadme.Write(folder, provenance);
        }
        else
        {
            SaveModel(folder, baseModel);
        }

        foreach (var path in Directory.GetFiles(folder))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Fill(IEnumerable<KeyValuePair<string, Tensor>> tensors, string path)
    {
        var file = SafetensorsFile.Open(path);
        foreach (var (name, tensor) in tensors)
        {
            using var scope = TensorScope.Enter();
            tensor.CopyFrom(file.Get(name));
        }
    }

    // Everything of the base but its weights goes along: configuration, tokenizer, template; and the weights of what sees images.
    private void SaveModel(string folder, string baseFolder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in FolderCopy.Companions(baseFolder))
        {
            FolderCopy.File(Path.Combine(baseFolder, name), Path.Combine(folder, name));
        }

        var type = _base.Config.PublishedType;
        var source = ModelFolder.Weights(SafetensorsFolder.Open(baseFolder));
        using var stream = File.Create(Path.Combine(folder, SafetensorsFolder.SingleFileName));
        SafetensorsWriter.Write(
            stream,
            Parameters.Select(pair => new SafetensorsItem(source.StoredName(pair.Key), type, pair.Value.Shape, () => pair.Value.Detach().To(type)))
                .Concat(source.Beside.Select(name => new SafetensorsItem(name, source.Find(name)!.Type.DType!.Value, source.Find(name)!.Shape, () => source.Get(name)))));
    }
}
