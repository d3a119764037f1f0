using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Application.Models;

/// <summary>Times a model when a person asks for it: one at a time, a few seconds, and only while no run has the machine.</summary>
public sealed class SpeedMeasurements : IDisposable
{
    /// <summary>What figures are said to come from.</summary>
    public const string Origin = "measured";

    private readonly ModelSpeeds _speeds;
    private readonly ActiveRuns _runs;
    private readonly SettingsStore _settings;
    private readonly ISpeedEngine _engine;
    private readonly Lock _gate = new();
    private CancellationTokenSource _stop = new();
    private SpeedMeasurement? _current;

    internal SpeedMeasurements(ModelSpeeds speeds, ActiveRuns runs, SettingsStore settings, ISpeedEngine engine)
    {
        (_speeds, _runs, _settings, _engine) = (speeds, runs, settings, engine);
    }

    /// <summary>The one under way, or how the last one ended; <see langword="null"/> before the first.</summary>
    public SpeedMeasurement? Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>Begins to time a model, unless another is being timed.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Ends with the measurement.</returns>
    public Task BeginAsync(ModelSummary model)
    {
        lock (_gate)
        {
            if (_current is { IsRunning: true })
            {
                return Task.CompletedTask;
            }

            if (_runs.Any)
            {
                _current = new SpeedMeasurement(model.Id, IsRunning: false, "A run has the machine, and both would be slow. Measure when it is done.");
                return Task.CompletedTask;
            }

            _stop.Dispose();
            _stop = new CancellationTokenSource();
            _current = new SpeedMeasurement(model.Id, IsRunning: true, "");
            var stopped = _stop.Token;
            return Task.Factory.StartNew(() => MeasureAsync(model, stopped), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        }
    }

    /// <summary>Breaks the measurement off; figures stay as they were.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_current is { IsRunning: true })
            {
                _stop.Cancel();
            }
        }
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private async Task MeasureAsync(ModelSummary model, CancellationToken stopped)
    {
        var message = "";
        try
        {
            var speed = _engine.Measure(model.Folder, _settings.Current.Threads, stopped);
            await _speeds.NoteAsync(model.Id, SpeedKind.Train, speed.Train, Origin, stopped);
            await _speeds.NoteAsync(model.Id, SpeedKind.Prefill, speed.Prefill, Origin, stopped);
            await _speeds.NoteAsync(model.Id, SpeedKind.Decode, speed.Decode, Origin, stopped);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            message = "The measurement was stopped.";
        }
        catch (TensorMemoryException)
        {
            message = "The model does not fit into this machine's memory.";
        }
        catch (UserErrorException exception)
        {
            message = exception.Message;
        }
#pragma warning disable CA1031 // A defect in one measurement must not end the studio; it is shown on the model's card.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            message = $"The measurement could not be finished: {exception.Message}";
        }

        lock (_gate)
        {
            _current = new SpeedMeasurement(model.Id, IsRunning: false, message);
        }
    }
}
