using Reverie.Imaging;
using Reverie.Tests.BadInput;

namespace Reverie.Tests.Imaging;

public class BombGuardTests
{
    [Theory]
    [InlineData(5000, 6400, null, false)]     // 32 megapixels
    [InlineData(5001, 6400, null, true)]
    [InlineData(5001, 6400, "33", false)]
    [InlineData(200, 200, "1", false)]
    [InlineData(2000, 2000, "1", true)]
    public void A_large_picture_needs_data_or_the_users_word(int height, int width, string? trusted, bool refused)
    {
        using var folder = new TempFolder();
        var file = PictureFile.Read(folder.Write("a.png", GoodPictures.Png));
        if (!refused) BombGuard.Check(file, height, width, trusted);
        else Assert.Contains($"set {BombGuard.Variable}={(height * width + 999_999) / 1_000_000}", Assert.Throws<ReverieException>(() => BombGuard.Check(file, height, width, trusted)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_is_no_number_is_told()
    {
        using var folder = new TempFolder();
        var file = PictureFile.Read(folder.Write("a.png", GoodPictures.Png));
        Assert.Contains("'many'", Assert.Throws<ReverieException>(() => BombGuard.Check(file, 10, 10, "many")).Message, StringComparison.Ordinal);
    }
}
