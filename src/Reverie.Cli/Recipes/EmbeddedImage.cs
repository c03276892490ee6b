using Reverie.Imaging;

namespace Reverie.Cli.Recipes;

/// <summary>Pictures inside pages that need no other file.</summary>
internal static class EmbeddedImage
{
    /// <summary>A picture as a data URL (JPEG).</summary>
    public static string Url(Picture picture)
    {
        var file = Path.Combine(Path.GetTempPath(), $"reverie-page-{Guid.NewGuid():N}.jpg");
        try
        {
            (picture.Alpha is null ? picture : picture.Flatten()).Save(file);
            return $"data:image/jpeg;base64,{Convert.ToBase64String(File.ReadAllBytes(file))}";
        }
        finally
        {
            File.Delete(file);
        }
    }
}
