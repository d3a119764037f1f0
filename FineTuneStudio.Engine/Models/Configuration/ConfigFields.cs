using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Fields of a JSON object, read strictly: every fault is collected, each with the field's path.</summary>
internal sealed class ConfigFields
{
    private static readonly JsonElement NoFields = JsonElement.Parse("{}");

    private readonly string _source;
    private readonly string _path;
    private readonly JsonElement _object;
    private readonly JsonElement _absent;
    private readonly List<UserError> _errors;

    public ConfigFields(string source, JsonElement root, List<UserError> errors)
        : this(source, "", root, NoFields, errors)
    {
    }

    private ConfigFields(string source, string path, JsonElement value, JsonElement absent, List<UserError> errors)
    {
        _source = source;
        _path = path;
        _object = value;
        _absent = absent;
        _errors = errors;
    }

    /// <summary>The same fields, with others in place of those that the file does not have; a field that is null there stays null.</summary>
    /// <param name="json">A JSON object.</param>
    public ConfigFields WithDefaults(string json) => new(_source, _path, _object, JsonElement.Parse(json), _errors);

    public bool Has(string name) => Find(name).ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);

    public int Int(string name, int? otherwise = null, int least = 1)
    {
        if (!Has(name))
        {
            return otherwise ?? Missing(name, "a whole number", least);
        }

        var value = Find(name);
        // Some files write 4096.0.
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == Math.Floor(number) && number >= least && number <= int.MaxValue)
        {
            return (int)number;
        }

        Refuse(name, $"is {value.GetRawText()}; expected a whole number from {least} up.");
        return otherwise ?? least;
    }

    public double Number(string name, double? otherwise = null, double above = 0)
    {
        if (!Has(name))
        {
            return otherwise ?? Missing(name, "a number", 1.0);
        }

        var value = Find(name);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number > above && double.IsFinite(number))
        {
            return number;
        }

        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"is {value.GetRawText()}; expected a number above {above}."));
        return otherwise ?? 1;
    }

    /// <summary>A number above 0; <see langword="null"/> where the field is absent.</summary>
    public double? OptionalNumber(string name) => Has(name) ? Number(name) : null;

    public bool Flag(string name, bool otherwise)
    {
        if (!Has(name))
        {
            return otherwise;
        }

        var value = Find(name);
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Refuse(name, $"is {value.GetRawText()}; expected true or false.");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    public string Text(string name, string otherwise)
    {
        if (!Has(name))
        {
            return otherwise;
        }

        var value = Find(name);
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }

        Refuse(name, $"is {value.GetRawText()}; expected a text.");
        return otherwise;
    }

    /// <summary>The texts of a list; <see langword="null"/> where the field is absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        var value = Find(name);
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }

        Refuse(name, "is no list of texts.");
        return null;
    }

    /// <summary>The whole numbers of a list; <see langword="null"/> where the field is absent.</summary>
    public IReadOnlyList<int>? Ints(string name) => List(name, "whole numbers", (JsonElement item, out int number) => item.TryGetInt32(out number));

    /// <summary>The numbers of a list; <see langword="null"/> where the field is absent.</summary>
    public IReadOnlyList<double>? Numbers(string name) => List(name, "numbers", (JsonElement item, out double number) => item.TryGetDouble(out number));

    /// <summary>The fields of an object inside; <see langword="null"/> where it is absent or null.</summary>
    public ConfigFields? Object(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        var value = Find(name);
        if (value.ValueKind == JsonValueKind.Object)
        {
            return new ConfigFields(_source, $"{_path}{name}.", value, NoFields, _errors);
        }

        Refuse(name, $"is {value.GetRawText()}; expected an object.");
        return null;
    }

    /// <summary>The same, with others in place of those that the object does not have: these of the fields around it, then a family's own.</summary>
    /// <param name="name">The object's.</param>
    /// <param name="outer">Fields that count for the object where it does not have them.</param>
    /// <param name="json">A JSON object; the last to be asked.</param>
    public ConfigFields? Object(string name, IEnumerable<string> outer, string json)
    {
        if (Object(name) is not { } inner)
        {
            return null;
        }

        var absent = JsonNode.Parse(json)!.AsObject();
        foreach (var field in outer.Where(Has))
        {
            absent[field] = JsonNode.Parse(Find(field).GetRawText());
        }

        return inner.WithDefaults(absent.ToJsonString());
    }

    /// <summary>Ends the reading with a fault of a field, and all that were found before.</summary>
    public UserErrorException Fault(string name, string message)
    {
        Refuse(name, message);
        return new UserErrorException(_errors);
    }

    /// <summary>Adds a fault of a field.</summary>
    public void Refuse(string name, string message) => _errors.Add(new(_source, $"{_path}{name} {message}"));

    private delegate bool Take<T>(JsonElement item, out T number);

    private List<T>? List<T>(string name, string expected, Take<T> take)
    {
        if (!Has(name))
        {
            return null;
        }

        var numbers = new List<T>();
        var value = Find(name);
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Number && take(item, out var number))
                {
                    numbers.Add(number);
                }
            }

            if (numbers.Count == value.GetArrayLength())
            {
                return numbers;
            }
        }

        Refuse(name, $"is no list of {expected}.");
        return null;
    }

    private JsonElement Find(string name)
        => _object.TryGetProperty(name, out var value) || _absent.TryGetProperty(name, out value) ? value : default;

    private T Missing<T>(string name, string expected, T standIn)
    {
        _errors.Add(new(_source, $"{_path}{name} is missing; expected {expected}."));
        return standIn;
    }
}
