using System.CommandLine;
using System.Globalization;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Bench.Explain;

/// <summary>`explain completeness`: how well attributions add up on whole networks, over several photos: the worst and the median error of each method, as a table for the documentation.</summary>
internal static class CompletenessTable
{
    private static readonly AttributionMethod[] Methods = [new IntegratedGradients(), new DeepLift(), new ShapleySampling { Samples = 2, Features = Features.Grid(56) }];

    public static Command Make(Func<Action, int> guarded)
    {
        var models = new Argument<string[]>("models") { Description = "networks: .onnx files or names", Arity = ArgumentArity.OneOrMore };
        var photos = new Option<string[]>("--photo") { Description = "photos", AllowMultipleArgumentsPerToken = true, Required = true };
        var threads = new Option<int>("--threads") { Description = "threads", DefaultValueFactory = _ => Machine.PhysicalCores };
        var command = new Command("completeness", "How well attributions add up on whole networks.") { models, photos, threads };
        command.SetAction(parsed => guarded(() => Run(parsed.GetValue(models)!, parsed.GetValue(photos)!, parsed.GetValue(threads))));
        return command;
    }

    private static void Run(string[] models, string[] photos, int threads)
    {
        Console.WriteLine("| network | method | largest error | median error | largest number of steps |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var model in models)
        {
            using var network = Network.Load(model);
            var found = Methods.Select(_ => (Gaps: new List<double>(), Steps: new List<int>())).ToList();
            foreach (var photo in photos)
            {
                using var subject = new PictureSubject(network, Picture.Load(photo), options: new() { Threads = threads });
                for (var index = 0; index < Methods.Length; index++)
                {
                    var why = Methods[index].Run(subject);
                    found[index].Gaps.Add(why.Gap!.Value);
                    found[index].Steps.Add(why.Raw.Steps ?? 1);
                }
            }
            for (var index = 0; index < Methods.Length; index++)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {network.Name} | {Methods[index].Title} | {found[index].Gaps.Max():0.0e0} | {Comparison.Median([.. found[index].Gaps]):0.0e0} | {found[index].Steps.Max()} |"));
        }
    }
}
