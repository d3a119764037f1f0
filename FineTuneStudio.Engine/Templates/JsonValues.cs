using System.Globalization;
using System.Numerics;
using System.Text.Json;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>JSON as the values Python's <c>json.loads</c> would give: number text decides between integer and float, order is kept.</summary>
internal static class JsonValues
{
    public static object From(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return Text(element);
            case JsonValueKind.Object:
                var dict = new PyDict(Math.Max(4, element.GetPropertyCount()));
                foreach (var property in element.EnumerateObject())
                {
                    dict.Set(Name(property), From(property.Value));
                }

                return dict;
            case JsonValueKind.Array:
                var items = new List<object>(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                {
                    items.Add(From(item));
                }

                return new PyList(items);
            case JsonValueKind.Number:
                return Number(element);
            case JsonValueKind.True:
                return Boxed.True;
            case JsonValueKind.False:
                return Boxed.False;
            default:
                return None.Value;
        }
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            var raw = property.ToString();
            return JsonEscapes.Decode(raw[..raw.LastIndexOf(property.Value.GetRawText(), StringComparison.Ordinal)].TrimEnd(':', ' '));
        }
    }

    // A text with half a surrogate pair is allowed in JSON, and by Python, but not by .NET's reader.
    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return JsonEscapes.Decode(element.GetRawText());
        }
    }

    private static object Number(JsonElement element)
    {
        var text = element.GetRawText();
        if (text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
        {
            return double.Parse(text, CultureInfo.InvariantCulture);
        }

        return element.TryGetInt64(out var number) ? Boxed.Of(number) : Boxed.Of(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }
}
